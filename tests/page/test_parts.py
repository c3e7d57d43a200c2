"""Files, embeds, components and forms, in a real browser."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from playwright.async_api import Page, expect

from tests.page.browser import until

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("page")]

SETUP = """([kind, part]) => import("/static/parts.js").then((parts) => {
  const names = {
    user: () => null, role: () => null, channel: () => null,
    things: {
      users: () => [{ id: "1", username: "ada", global_name: "Ada" }],
      roles: () => [{ id: "3", name: "helpers" }],
      channels: () => [{ id: "4", name: "general", type: 0 }, { id: "5", name: "loud", type: 2 }],
    },
  };
  window.deeds = [];
  window.settle = () => {};
  const later = (...deed) => {
    window.deeds.push(deed);
    return new Promise((resolve, reject) => {
      window.settle = (words) => (words ? reject(new Error(words)) : resolve());
    });
  };
  const built = {
    files: () => parts.attachments(part),
    embeds: () => parts.embeds(part, names),
    components: () => parts.components(
      part,
      { press: (id) => later("press", id), select: (id, values) => later("select", id, values) },
      names,
    ),
  }[kind]();
  document.getElementById("main").replaceChildren(built ?? "nothing");
})"""
OPEN_FORM = """(modal) => import("/static/parts.js").then(({ openForm }) => {
  window.deeds = [];
  window.refuse = null;
  openForm(modal, {
    submit: async (values) => {
      window.deeds.push(values);
      if (window.refuse) throw new Error(window.refuse);
    },
    cancel: () => window.deeds.push("cancel"),
  });
})"""
IMAGE = {"filename": "dot.gif", "content_type": "image/gif", "size": 45, "url": "/dot.gif"}
FORM = {
    "title": "Tell more",
    "custom_id": "form",
    "components": [
        {
            "type": 1,
            "components": [
                {
                    "type": 4,
                    "custom_id": "name",
                    "label": "Name",
                    "style": 1,
                    "min_length": 3,
                    "max_length": 10,
                    "placeholder": "who you are",
                }
            ],
        },
        {
            "type": 18,
            "label": "Why",
            "description": "In your words",
            "component": {
                "type": 4,
                "custom_id": "why",
                "style": 2,
                "required": False,
                "value": "so",
            },
        },
        {
            "type": 18,
            "label": "Colour",
            "component": {
                "type": 3,
                "custom_id": "colour",
                "options": [{"label": "Red", "value": "r"}, {"label": "Blue", "value": "b"}],
            },
        },
    ],
}


def row(*components: Mapping[str, object]) -> dict[str, object]:
    return {"components": [{"type": 1, "components": list(components)}]}


async def deeds(page: Page) -> list[object]:
    found: list[object] = await page.evaluate("window.deeds")
    return found


async def test_nothing_comes_of_nothing(page_of_modules: Page) -> None:
    for kind, part in (("files", []), ("embeds", []), ("components", {"components": []})):
        await page_of_modules.evaluate(SETUP, [kind, part])

        assert await page_of_modules.locator("#main").text_content() == "nothing"


async def test_a_picture_keeps_its_room_and_opens_in_full(page_of_modules: Page) -> None:
    picture = {**IMAGE, "width": 200, "height": 100, "description": "a red dot"}
    await page_of_modules.evaluate(SETUP, ["files", [picture]])
    image = page_of_modules.get_by_alt_text("a red dot")
    assert await image.get_attribute("width") == "200"

    await page_of_modules.get_by_role("button", name="Open picture: a red dot").click()

    viewer = page_of_modules.get_by_role("dialog", name="a red dot")
    await expect(viewer.get_by_role("link", name="Open in a new tab")).to_be_visible()
    await page_of_modules.keyboard.press("Escape")
    await expect(viewer).to_have_count(0)


async def test_other_files_are_cards_to_fetch(page_of_modules: Page) -> None:
    files = [
        {"filename": "a.zip", "content_type": "application/zip", "size": 5242880, "url": "/a.zip"},
        {**IMAGE, "filename": "far.png", "url": "https://far.example/far.png"},
        {"filename": "bad.txt", "content_type": "text/plain", "size": 1, "url": "javascript:x"},
    ]

    await page_of_modules.evaluate(SETUP, ["files", files])

    main = page_of_modules.locator("#main")
    assert await main.inner_text() == (
        "zip\na.zip\n5.0 MB\npng\nfar.png\n45 bytes\ntxt\nbad.txt\n1 byte"
    )
    assert await main.get_by_role("link", name="a.zip").get_attribute("download") == "a.zip"
    assert await main.get_by_role("link").count() == 2
    assert await main.locator("img").count() == 0


async def test_a_small_text_is_previewed_when_asked_for(page_of_modules: Page) -> None:
    note = {"filename": "note.py", "content_type": "text/x-python", "size": 5, "url": "/note.py"}
    await page_of_modules.evaluate(SETUP, ["files", [note]])

    await page_of_modules.get_by_text("Preview").click()

    text = page_of_modules.get_by_label("What note.py holds")
    await expect(text).to_have_text("x = 1")
    assert await text.inner_html() == 'x = <span class="tok-number">1</span>'


async def test_a_picture_that_is_a_spoiler_is_covered(page_of_modules: Page) -> None:
    await page_of_modules.evaluate(SETUP, ["files", [{**IMAGE, "filename": "SPOILER_dot.gif"}]])
    picture = page_of_modules.get_by_role("button", name="Open picture")
    assert await picture.evaluate("it => it.inert")

    await page_of_modules.get_by_role("button", name="Spoiler", exact=True).click()

    assert not await picture.evaluate("it => it.inert")


async def test_an_embed_shows_all_it_has(page_of_modules: Page) -> None:
    embed = {
        "color": 0xFF0000,
        "author": {"name": "Ann", "url": "https://a.example/"},
        "title": "A *title*",
        "url": "javascript:alert(1)",
        "description": "- one\n- two",
        "fields": [
            {"name": "Left", "value": "**1**", "inline": True},
            {"name": "Right", "value": "2", "inline": True},
        ],
        "thumbnail": {"url": "https://far.example/x.png"},
        "footer": {"text": "the end"},
        "timestamp": "2024-01-02T03:04:05+00:00",
    }

    await page_of_modules.evaluate(SETUP, ["embeds", [embed]])

    box = page_of_modules.get_by_role("article")
    text = (await box.inner_text()).replace("\u202f", " ")
    assert text.split("\n") == [
        *("Ann", "A title", "one", "two", "Left", "1", "Right", "2"),
        "the end • Jan 2, 2024, 3:04 AM",
    ]
    assert await box.evaluate("it => getComputedStyle(it).borderLeftColor") == "rgb(255, 0, 0)"
    assert await box.get_by_role("link").count() == 1
    assert await box.locator("img").count() == 0


async def test_a_button_is_busy_until_it_is_answered(page_of_modules: Page) -> None:
    buttons = row(
        {"type": 2, "style": 1, "label": "Go", "custom_id": "go", "emoji": {"name": "👋"}},
        {"type": 2, "style": 4, "label": "Erase", "custom_id": "erase"},
        {"type": 2, "style": 5, "label": "Read", "url": "https://a.example/"},
        {"type": 2, "style": 2, "label": "Off", "custom_id": "off", "disabled": True},
    )
    await page_of_modules.evaluate(SETUP, ["components", buttons])
    go, erase = (page_of_modules.get_by_role("button", name=name) for name in ("Go", "Erase"))

    await go.click()

    assert await deeds(page_of_modules) == [["press", "go"]]
    await expect(erase).to_be_disabled()
    await page_of_modules.evaluate("settle('The application did not respond')")
    await expect(page_of_modules.get_by_role("alert")).to_have_text(
        "The application did not respond"
    )
    await expect(erase).to_be_enabled()
    await expect(page_of_modules.get_by_role("button", name="Off")).to_be_disabled()


async def test_a_menu_is_chosen_from_by_keys(page_of_modules: Page) -> None:
    menu = row(
        {
            "type": 3,
            "custom_id": "menu",
            "placeholder": "A colour",
            "options": [
                {"label": "Red", "value": "r", "description": "warm", "default": True},
                {"label": "Blue", "value": "b"},
                {"label": "Black", "value": "k"},
            ],
        }
    )
    await page_of_modules.evaluate(SETUP, ["components", menu])
    button = page_of_modules.get_by_role("combobox", name="A colour: Red")

    await button.press("ArrowDown")
    await expect(button).to_have_attribute("aria-expanded", "true")
    await page_of_modules.keyboard.type("bla")
    await page_of_modules.keyboard.press("Enter")

    await expect(page_of_modules.get_by_role("combobox")).to_have_text("Black")
    await until(page_of_modules, "deeds.length")
    assert await deeds(page_of_modules) == [["select", "menu", ["k"]]]


async def test_several_are_chosen_within_bounds_and_sent_when_the_list_closes(
    page_of_modules: Page,
) -> None:
    options = [{"label": name, "value": name} for name in "abc"]
    part = {"type": 3, "custom_id": "menu", "max_values": 2, "options": options}
    await page_of_modules.evaluate(SETUP, ["components", row(part)])

    await page_of_modules.get_by_role("combobox").click()
    for name in ("c", "a", "b"):
        await page_of_modules.get_by_role("option", name=name).click()
    assert await deeds(page_of_modules) == []
    await page_of_modules.keyboard.press("Escape")

    await until(page_of_modules, "deeds.length")
    assert await deeds(page_of_modules) == [["select", "menu", ["a", "c"]]]


@pytest.mark.parametrize(
    ("part", "options"),
    [
        ({"type": 5}, ["Ada@ada"]),
        ({"type": 6}, ["@helpersrole"]),
        ({"type": 7}, ["Ada@ada", "@helpersrole"]),
        ({"type": 8, "channel_types": [0]}, ["#general"]),
    ],
)
async def test_people_roles_and_channels_are_chosen_from(
    page_of_modules: Page, part: dict[str, object], options: list[str]
) -> None:
    await page_of_modules.evaluate(SETUP, ["components", row({**part, "custom_id": "menu"})])

    await page_of_modules.get_by_role("combobox").click()

    assert await page_of_modules.get_by_role("option").all_text_contents() == options


async def test_layouts_hold_text_pictures_and_buttons(page_of_modules: Page) -> None:
    button = {"type": 2, "style": 1, "label": "Go", "custom_id": "go"}
    inner = [
        {"type": 10, "content": "# Head"},
        {"type": 14},
        {"type": 9, "components": [{"type": 10, "content": "*side*"}], "accessory": button},
        {"type": 12, "items": [{"media": {"url": "/dot.gif"}, "description": "dot"}]},
        {"type": 13, "file": {"url": "attachment://a.zip"}},
        {"type": 99},
    ]
    file = {"filename": "a.zip", "content_type": "application/zip", "size": 2048, "url": "/a.zip"}
    message = {
        "components": [{"type": 17, "accent_color": 255, "components": inner}],
        "attachments": [file],
    }

    await page_of_modules.evaluate(SETUP, ["components", message])

    main = page_of_modules.locator("#main")
    assert await main.inner_text() == "Head\nside\nGo\nzip\na.zip\n2.0 KB"
    assert await main.get_by_alt_text("dot").count() == 1
    assert await main.get_by_role("separator").count() == 1


async def test_a_form_says_what_is_wrong_and_sends_what_is_right(page_of_modules: Page) -> None:
    await page_of_modules.evaluate(OPEN_FORM, FORM)
    form = page_of_modules.get_by_role("dialog", name="Tell more")
    await expect(form.get_by_label("Name")).to_be_focused()
    await page_of_modules.keyboard.type("Al")
    await page_of_modules.keyboard.press("Enter")
    assert await form.get_by_role("alert").all_text_contents() == [
        "At least 3 characters are needed; these are 2.",
        "Something has to be chosen.",
    ]

    await page_of_modules.keyboard.type("ice, and what is too much")
    await form.get_by_role("combobox", name="Colour").click()
    await form.get_by_role("option", name="Blue").click()
    await form.get_by_label("Name").press("Enter")

    await expect(form).to_have_count(0)
    assert await deeds(page_of_modules) == [{"name": "Alice, and", "why": "so", "colour": ["b"]}]


async def test_a_form_that_is_refused_keeps_what_was_typed(page_of_modules: Page) -> None:
    text = {"type": 4, "custom_id": "name", "label": "Name", "style": 1}
    await page_of_modules.evaluate(OPEN_FORM, {"title": "F", **row(text)})
    await page_of_modules.evaluate("refuse = 'The application did not respond'")
    await page_of_modules.keyboard.type("Alice")

    await page_of_modules.keyboard.press("Enter")

    form = page_of_modules.get_by_role("dialog", name="F")
    await expect(form.get_by_text("The application did not respond")).to_be_visible()
    await expect(form.get_by_label("Name")).to_have_value("Alice")
    await expect(form.get_by_role("button", name="Submit")).to_be_enabled()


async def test_escape_leaves_a_form_but_first_an_open_list(page_of_modules: Page) -> None:
    await page_of_modules.evaluate(OPEN_FORM, FORM)
    form = page_of_modules.get_by_role("dialog", name="Tell more")
    await form.get_by_role("combobox", name="Colour").click()

    await page_of_modules.keyboard.press("Escape")
    await expect(form.get_by_role("option", name="Blue")).to_be_hidden()
    assert await deeds(page_of_modules) == []
    await page_of_modules.keyboard.press("Escape")

    await expect(form).to_have_count(0)
    assert await deeds(page_of_modules) == ["cancel"]
