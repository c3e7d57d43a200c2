"""The command picker, typed into in a real browser."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from bot.gateway.commands import payloads
from tests.page.browser import until

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("page")]

SETUP = """(commands) => import("/static/slash.js").then(({ SlashPicker }) => {
  const input = document.createElement("textarea");
  input.placeholder = "Message";
  const anchor = document.createElement("div");
  anchor.style.marginTop = "500px";
  anchor.append(input);
  document.getElementById("main").replaceChildren(anchor);
  Object.assign(window, { ran: [], asked: [], said: [], refuse: null, answers: [] });
  const talks = [{ name: "First talk", value: "id-1" }, { name: "Second talk", value: "id-2" }];
  const picker = new SlashPicker({
    input,
    anchor,
    commands: () => commands,
    complete: (...question) => {
      window.asked.push(question);
      return new Promise((resolve, reject) => {
        const all = talks.filter(({ name }) => name.toLowerCase().includes(question[2]));
        window.answers.push((words) => (words ? reject(new Error(words)) : resolve(all)));
        if (!window.isSlow) window.answers.at(-1)();
      });
    },
    run: async (name, options, files) => {
      if (window.refuse) throw new Error(window.refuse);
      window.ran.push([name, options, files.map((file) => file.name)]);
    },
    things: {
      users: () => [{ id: "1", username: "ada", global_name: "Ada" }],
      roles: () => [{ id: "3", name: "helpers" }],
      channels: () => [{ id: "4", name: "general", type: 0 }, { id: "5", name: "loud", type: 2 }],
    },
  });
  window.picker = picker;
  input.addEventListener("keydown", (event) => {
    if (picker.handleKey(event) || event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    window.said.push(input.value);
  });
  input.focus();
})"""
TOOLS = {
    "type": 1,
    "name": "tools",
    "description": "Many things",
    "options": [
        {
            "type": 2,
            "name": "deep",
            "description": "A group",
            "options": [
                {
                    "type": 1,
                    "name": "all",
                    "description": "Takes everything",
                    "options": [
                        {
                            "type": 4,
                            "name": "count",
                            "description": "c",
                            "required": True,
                            "min_value": 1,
                            "max_value": 9,
                        },
                        {"type": 3, "name": "short", "description": "s", "max_length": 3},
                        {"type": 5, "name": "sure", "description": "b"},
                        {"type": 6, "name": "who", "description": "u"},
                        {"type": 7, "name": "where", "description": "h", "channel_types": [0]},
                        {"type": 9, "name": "whom", "description": "m"},
                        {"type": 10, "name": "share", "description": "n"},
                        {"type": 11, "name": "file", "description": "f"},
                    ],
                }
            ],
        }
    ],
}
ASK = {
    "type": 1,
    "name": "ask",
    "description": "Takes one of some",
    "options": [
        {"type": 3, "name": "prompt", "description": "p", "max_length": 6000},
        {
            "type": 3,
            "name": "manner",
            "description": "m",
            "choices": [
                {"name": "assistant · Helpful", "value": "assistant"},
                {"name": "coder · Works on code with you", "value": "coder"},
            ],
        },
        {"type": 5, "name": "private", "description": "b"},
    ],
}
ON_A_MESSAGE = {"type": 3, "name": "Ask about this", "description": ""}


class Field:
    """The text field, and what the picker shows above it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.input = page.get_by_role("combobox")
        self.fault = page.get_by_role("alert")
        self.hint = page.get_by_role("status")

    async def type(self, text: str, *keys: str) -> None:
        await self.page.keyboard.type(text)
        for key in keys:
            await self.page.keyboard.press(key)

    def item(self, name: str) -> Locator:
        return self.page.get_by_role("option", name=name)

    async def items(self) -> list[str]:
        return await self.page.locator(".slash-label").all_text_contents()

    async def ran(self) -> list[object]:
        await until(self.page, "ran.length")
        found: list[object] = await self.page.evaluate("ran")
        return found


@pytest_asyncio.fixture(loop_scope="session")
async def field(page_of_modules: Page) -> AsyncIterator[Field]:
    """Return a field that offers the bot's own commands, and two that are harder."""
    await page_of_modules.evaluate(SETUP, [*payloads(), TOOLS, ASK, ON_A_MESSAGE])
    yield Field(page_of_modules)


async def test_a_slash_lists_what_can_be_used(field: Field) -> None:
    await field.type("/")

    assert await field.items() == [
        *("/chat", "/new", "/reset", "/stop", "/retry", "/undo"),
        *("/session info", "/session list", "/session resume", "/session rename"),
        *("/session delete", "/persona list", "/persona create", "/persona edit"),
        *("/persona delete", "/settings", "/usage me", "/usage channel", "/usage server"),
        *("/context", "/help", "/tools deep all", "/ask"),
    ]
    await expect(field.input).to_have_attribute("aria-expanded", "true")
    active = await field.input.get_attribute("aria-activedescendant")
    assert await field.page.locator(f"[id='{active}']").text_content() == (
        "/chat[prompt] [persona] [model] [private]Open a thread with a fresh conversation "
        "and answer there"
    )


async def test_typing_finds_commands_by_any_of_their_words(field: Field) -> None:
    await field.type("/re")
    assert await field.items() == [
        *("/reset", "/retry", "/session resume", "/session rename", "/persona create"),
    ]

    await field.type("s", "ArrowDown", "Tab")

    assert await field.page.locator(".slash-command strong").text_content() == "/session resume"
    await expect(field.input).to_have_value("")


async def test_a_command_without_needs_runs_at_once(field: Field) -> None:
    await field.type("/new", "Enter", "Enter")

    assert await field.ran() == [["new", {}, []]]
    await expect(field.input).to_have_value("")
    await expect(field.input).to_have_attribute("placeholder", "Message")
    assert not await field.page.evaluate("picker.active")


async def test_long_words_choices_and_yes_or_no_are_given_one_by_one(field: Field) -> None:
    await field.type("/ask ")
    await field.type("Hello", "Shift+Enter")
    await field.type("there", "Tab")
    await field.type("cod", "Enter")
    await field.page.get_by_role("button", name="private").click()
    await field.item("True").click()

    await field.type("", "Enter")

    options = {"prompt": "Hello\nthere", "manner": "coder", "private": True}
    assert await field.ran() == [["ask", options, []]]


async def test_a_whole_line_can_be_pasted(field: Field) -> None:
    await field.page.keyboard.insert_text("/chat prompt:what is a:b? persona:coder private:true")

    await field.type("", "Enter")

    options = {"prompt": "what is a:b?", "persona": "coder", "private": True}
    assert await field.ran() == [["chat", options, []]]


async def test_the_bot_is_asked_once_for_what_is_typed_quickly(field: Field) -> None:
    await field.input.evaluate(
        """(input) => {
          for (const text of ["/session resume ", "s", "se", "sec"]) {
            input.value = text;
            input.dispatchEvent(new Event("input"));
          }
        }"""
    )
    await field.item("Second talk").wait_for()
    assert await field.page.evaluate("asked") == [["session resume", "session", "sec", {}]]

    await field.type("", "Enter", "Enter")

    assert await field.ran() == [["session resume", {"session": "id-2"}, []]]


async def test_an_answer_that_comes_too_late_is_dropped(field: Field) -> None:
    await field.page.evaluate("isSlow = true")
    await field.type("/session resume ")
    await until(field.page, "answers.length === 1")
    await expect(field.hint).to_contain_text("Loading choices")
    await field.input.fill("first")
    await until(field.page, "asked.at(-1)?.[2] === 'first'")
    await field.page.evaluate("answers.at(-1)()")
    await field.item("First talk").wait_for()

    await field.page.evaluate("answers[0]()")

    assert await field.items() == ["First talk"]


async def test_choices_that_do_not_come_are_told(field: Field) -> None:
    await field.page.evaluate("isSlow = true")
    await field.type("/session resume x")
    await until(field.page, "asked.at(-1)?.[2] === 'x'")

    await field.page.evaluate("answers.at(-1)('the bot is down')")

    await expect(field.hint).to_contain_text("The choices did not come: the bot is down")


async def test_what_is_missing_or_wrong_is_told_in_words(field: Field) -> None:
    await field.type("/tools deep all ")
    faults = {
        "": "count is required.",
        "0": "count takes nothing below 1.",
        "10": "count takes nothing above 9.",
        "1.5": "count takes a whole number.",
        "many": "count takes a whole number.",
    }
    for text, fault in faults.items():
        await field.input.fill(text)
        await field.type("", "Enter")

        assert await field.fault.text_content() == fault

    await field.input.fill("3")
    await field.page.get_by_role("button", name="short").click()
    await field.type("four", "Enter")
    assert await field.fault.text_content() == "short takes at most 3 characters; these are 4."
    assert await field.page.evaluate("ran") == []


async def test_things_numbers_and_files_are_sent_as_what_they_are(field: Field) -> None:
    await field.page.keyboard.insert_text(
        "/tools deep all count:7 who:@Ada where:<#4> whom:helpers share:0.5"
    )
    await field.page.get_by_role("button", name="file", exact=True).click()
    async with field.page.expect_file_chooser() as chooser:
        await field.item("Choose a file").click()
    await (await chooser.value).set_files(
        {"name": "a.txt", "mimeType": "text/plain", "buffer": b"hi"}
    )
    await expect(field.input).to_have_value("a.txt")

    await field.type("", "Enter")

    options = {"count": 7, "who": "1", "where": "4", "whom": "3", "share": 0.5}
    assert await field.ran() == [["tools deep all", {**options, "file": {"file": 0}}, ["a.txt"]]]


async def test_a_channel_of_another_kind_is_not_offered(field: Field) -> None:
    await field.page.keyboard.insert_text("/tools deep all count:1 where:")

    assert await field.items() == ["#general"]


async def test_a_command_that_fails_keeps_what_was_typed(field: Field) -> None:
    await field.page.evaluate("refuse = 'The application did not respond'")
    await field.type("/chat hello", "Enter")
    await expect(field.fault).to_have_text("The application did not respond")
    await expect(field.input).to_have_value("hello")
    await field.page.evaluate("refuse = null")

    await field.type("", "Enter")

    assert await field.ran() == [["chat", {"prompt": "hello"}, []]]


async def test_backspace_takes_back_one_thing_after_the_other(field: Field) -> None:
    await field.type("/chat hi", "Tab", "Tab", "Backspace")
    await expect(field.input).to_have_value("hi")

    await field.type("", "Backspace", "Backspace", "Backspace")

    await expect(field.input).to_have_value("/chat")
    assert await field.items() == ["/chat"]


async def test_escape_leaves_the_command_and_keeps_its_line(field: Field) -> None:
    await field.type("/ask hi", "Tab", "Escape")
    assert await field.page.evaluate("picker.active")

    await field.type("", "Escape")

    assert not await field.page.evaluate("picker.active")
    await expect(field.input).to_have_value("/ask prompt:hi")


async def test_what_is_no_command_is_a_message(field: Field) -> None:
    await field.type("/usr/bin is full", "Enter")

    assert await field.page.evaluate("said") == ["/usr/bin is full"]


async def test_enter_that_ends_a_composition_runs_nothing(field: Field) -> None:
    await field.type("/stop ")

    is_meant: bool = await field.page.evaluate(
        "picker.handleKey(new KeyboardEvent('keydown', { key: 'Enter', isComposing: true }))"
    )

    assert is_meant
    assert await field.page.evaluate("ran") == []


async def test_closing_forgets_the_command(field: Field) -> None:
    await field.type("/chat hi")

    await field.page.evaluate("picker.close()")

    await expect(field.input).to_have_value("")
    await expect(field.input).to_have_attribute("aria-expanded", "false")
    assert await field.items() == []
