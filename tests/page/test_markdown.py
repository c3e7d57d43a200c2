"""Text as Discord shows it, in a real browser."""

from __future__ import annotations

import pytest
from playwright.async_api import Page

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("page")]

RENDER = """async ([text, inline]) => {
  const { render } = await import("/static/markdown.js");
  const open = (message) => { document.title = message ? `opened ${message}` : "opened"; };
  const names = {
    user: (id) => ({ 1: { name: "Ada", isMe: true }, 2: { name: "Bob", isMe: false } })[id] ?? null,
    role: (id) => (id === "3" ? { name: "helpers" } : null),
    channel: (id) =>
      id === "4" ? { name: "general", open } : null,
  };
  const main = document.getElementById("main");
  main.replaceChildren(render(text, names, { inline }));
  return main.innerHTML;
}"""

MARKS = {
    "**bold** *it* _it_ __u__ ~~s~~": (
        "<strong>bold</strong> <em>it</em> <em>it</em> <u>u</u> <s>s</s>"
    ),
    "***both***": "<em><strong>both</strong></em>",
    "**a *b***": "<strong>a <em>b</em></strong>",
    "*a **b** c*": "<em>a <strong>b</strong> c</em>",
    "**two\nlines**": "<strong>two\nlines</strong>",
    "a*b*c": "a<em>b</em>c",
    "2 * 3 * 4": "2 * 3 * 4",
    "snake_case_name": "snake_case_name",
    "__init__.py": "<u>init</u>.py",
    r"\*no\* \_no\_ 1\. \a": r"*no* _no_ 1. \a",
    "¯\\_(ツ)_/¯": "¯\\_(ツ)_/¯",
    "**never closed": "**never closed",
    "| a | b |\n|---|---|": "| a | b |\n|---|---|",
    "---\n$x^2$": "---\n$x^2$",
}
CODE = {
    "`a*b*`": '<code class="md-inline-code">a*b*</code>',
    "``a`b``": '<code class="md-inline-code">a`b</code>',
    "`` ` ``": '<code class="md-inline-code">`</code>',
    "`open": "`open",
    "`\\`*a*": '<code class="md-inline-code">\\</code><em>a</em>',
}
LINES = {
    "# A\n## B ##\n### C#\n#### D\n#E": (
        '<h3 class="md-heading md-heading-1">A</h3><h4 class="md-heading md-heading-2">B</h4>'
        '<h5 class="md-heading md-heading-3">C#</h5>#### D\n#E'
    ),
    "-# small\nnext": '<small class="md-subtext">small</small>next',
    "> q\n> **r**\nout": '<blockquote class="md-quote">q\n<strong>r</strong></blockquote>out',
    ">no\n>>> all\nof it": '&gt;no\n<blockquote class="md-quote">all\nof it</blockquote>',
    "> > once": '<blockquote class="md-quote">&gt; once</blockquote>',
    "- a\n  - b\n- c\n\nafter": (
        '<ul class="md-list"><li>a\n<ul class="md-list"><li>b</li></ul></li><li>c</li></ul>after'
    ),
    "3. x\n4. y\ntext": '<ol class="md-list" start="3"><li>x</li><li>y</li></ol>text',
    "1. a\n- b": '<ol class="md-list" start="1"><li>a</li></ol><ul class="md-list"><li>b</li></ul>',
    "+ a\n1) b\n-c": "+ a\n1) b\n-c",
}
LINK = 'target="_blank" rel="noopener noreferrer nofollow"'
LINKS = {
    "see https://a.example/x(y), ok": (
        'see <a class="md-link" href="https://a.example/x(y)" title="https://a.example/x(y)" '
        f"{LINK}>https://a.example/x(y)</a>, ok"
    ),
    "(<https://a.example/>)": (
        '(<a class="md-link" href="https://a.example/" title="https://a.example/" '
        f"{LINK}>https://a.example/</a>)"
    ),
    "[**words**](https://a.example/ 'title')": (
        '<a class="md-link" href="https://a.example/" title="https://a.example/" '
        f"{LINK}><strong>words</strong></a>"
    ),
    "[https://good.example](https://evil.example/)": (
        "[https://good.example](https://evil.example/)"
    ),
}
PILLS = {
    "<@1><@!2><@9>": (
        '<span class="md-mention md-mention-me">@Ada</span><span class="md-mention">@Bob</span>'
        '<span class="md-mention">@unknown-user</span>'
    ),
    "<@&3> @here": (
        '<span class="md-mention">@helpers</span> '
        '<span class="md-mention md-mention-me">@here</span>'
    ),
    "</session resume:5>": '<span class="md-mention">/session resume</span>',
    "a <:wave:6>": 'a <span class="md-emoji">:wave:</span>',
    "👋 <a:wave:6>": '<span class="md-jumbo">👋 <span class="md-emoji">:wave:</span></span>',
}
HARMLESS = (
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt://x/%0aalert(1))",
    "[a](data:text/html,<script>alert(1)</script>)",
    "[a](\x01javascript:alert(1))",
    "[a](<javascript:alert(1)>)",
    "<javascript:alert(1)>",
    "[a](vbscript:x) [b](//evil.example) [c](/page/do) [d](file:///etc/passwd)",
    "```html\n</code></pre><script>alert(1)</script>\n```",
    '```"><img src=x onerror=alert(1)>\nx\n```',
    '<t:1:R onload=x> </a" onclick="alert(1):5>',
    '[" onmouseover="alert(1)](https://a.example/"onmouseover="alert(1))',
)  # fmt: skip
NASTY = (
    "**_",
    "*a **b ",
    "||",
    "> - # **_~~||",
    "[",
    "[a](http://b",
    "`",
    "` ``a",
    "```a\n",
    "<@1>",
    "- ",
    "http://a,",
    "# a   ",
    "\\",
)


async def shown(page: Page, text: str, *, inline: bool = False) -> str:
    html: str = await page.evaluate(RENDER, [text, inline])
    return html


@pytest.mark.parametrize("table", [MARKS, CODE, LINES, LINKS, PILLS])
async def test_text_looks_as_in_discord(page_of_modules: Page, table: dict[str, str]) -> None:
    looks = {text: await shown(page_of_modules, text) for text in table}

    assert looks == table


async def test_fenced_code_is_coloured_and_can_be_copied(page_of_modules: Page) -> None:
    await page_of_modules.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await shown(page_of_modules, 'before\n```py\nreturn "x"  # why\n```\nafter')

    code = page_of_modules.locator("pre code")
    assert await code.inner_html() == (
        '<span class="tok-keyword">return</span> <span class="tok-string">"x"</span>  '
        '<span class="tok-comment"># why</span>'
    )
    await page_of_modules.get_by_role("button", name="Copy").click()
    await page_of_modules.get_by_role("button", name="Copied").wait_for()
    assert await page_of_modules.evaluate("navigator.clipboard.readText()") == ('return "x"  # why')
    assert await page_of_modules.locator("#main").evaluate("it => it.lastChild.data") == "after"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("so far:\n```js\nlet a = 1", "let a = 1"),
        ("so far:\n```js\nlet a = 1\n``", "let a = 1"),
        ("```js", ""),
        ("1. Do:\n   ```sh\n   ls\n\n   cd", "ls\n\ncd"),
    ],
)
async def test_code_that_is_still_being_written_is_code(
    page_of_modules: Page, text: str, code: str
) -> None:
    await shown(page_of_modules, text)

    assert await page_of_modules.locator("pre code").text_content() == code


async def test_code_in_a_list_keeps_its_item_together(page_of_modules: Page) -> None:
    await shown(page_of_modules, "1. a\n   ```\n   x\n\n   y\n   ```\n2. b")

    items = page_of_modules.locator("ol > li")
    assert await items.count() == 2
    assert await items.first.locator("pre").text_content() == "x\n\ny"


async def test_a_language_nobody_knows_stays_plain(page_of_modules: Page) -> None:
    await shown(page_of_modules, "```klingon\nif x\n```")

    assert await page_of_modules.locator("pre code").inner_html() == "if x"


async def test_a_spoiler_opens_by_key_and_keeps_its_links_shut(page_of_modules: Page) -> None:
    await shown(page_of_modules, "||[a](https://a.example)||")
    cover = page_of_modules.get_by_role("button", name="Spoiler")
    assert await page_of_modules.get_by_role("link").count() == 0

    await cover.press("Enter")

    assert await page_of_modules.get_by_role("link", name="a").is_visible()
    assert await page_of_modules.get_by_role("button").count() == 0


async def test_a_channel_pill_leads_to_the_channel(page_of_modules: Page) -> None:
    await shown(page_of_modules, "<#4> <#5>")

    await page_of_modules.get_by_role("button", name="#general").click()

    assert await page_of_modules.title() == "opened"
    assert await page_of_modules.locator("#main").text_content() == "#general #unknown"


async def test_the_address_of_a_message_leads_to_the_message(page_of_modules: Page) -> None:
    at = "https://discord.com/channels"
    await shown(page_of_modules, f"{at}/1/4/77 <{at}/1/4> {at}/1/5/77 {at}.evil.example/1/4")

    await page_of_modules.get_by_role("button", name="#general 💬").click()

    assert await page_of_modules.title() == "opened 77"
    assert await page_of_modules.locator("#main").text_content() == (
        f"#general 💬 #general {at}/1/5/77 {at}.evil.example/1/4"
    )


async def test_times_are_the_readers_and_say_the_whole_date(page_of_modules: Page) -> None:
    styles = "tTdDfFsS"
    html = await shown(page_of_modules, "\n".join(f"<t:86399:{style}>" for style in styles))

    text = await page_of_modules.locator("#main").text_content() or ""
    assert text.replace("\u202f", " ").split("\n") == [
        "11:59 PM",
        "11:59:59 PM",
        "1/1/70",
        "January 1, 1970",
        "January 1, 1970 at 11:59 PM",
        "Thursday, January 1, 1970 at 11:59 PM",
        "1/1/70, 11:59 PM",
        "1/1/70, 11:59:59 PM",
    ]
    assert 'title="Thursday, January 1, 1970 at 11:59' in html
    assert await shown(page_of_modules, "<t:99999999999999999>") == "&lt;t:99999999999999999&gt;"


async def test_relative_times_count_from_now(page_of_modules: Page) -> None:
    now: int = await page_of_modules.evaluate("Math.floor(Date.now() / 1000)")

    await shown(page_of_modules, f"<t:{now - 7300}:R>, <t:{now + 3 * 86400 + 60}:R>")

    assert await page_of_modules.locator("#main").text_content() == "2 hours ago, in 3 days"


async def test_one_line_has_no_blocks(page_of_modules: Page) -> None:
    assert await shown(page_of_modules, "# a\n- *b*\n```x```", inline=True) == (
        '# a\n- <em>b</em>\n<code class="md-inline-code">x</code>'
    )


async def test_hostile_text_runs_nothing_and_links_nowhere_else(page_of_modules: Page) -> None:
    for text in HARMLESS:
        await shown(page_of_modules, text)
        found: list[str] = await page_of_modules.evaluate(
            """() => [...document.querySelectorAll("#main *")].flatMap((element) => [
              ...(["IMG", "SCRIPT", "IFRAME"].includes(element.tagName) ? [element.tagName] : []),
              ...[...element.attributes].filter(({ name }) => /^(on|style|src)/.test(name))
                .map(({ name }) => name),
              ...(element.href && !/^https?:/.test(element.href) ? [element.href] : []),
            ])"""
        )
        assert found == [], text


async def test_nasty_text_costs_no_more_than_its_length(page_of_modules: Page) -> None:
    # Each takes well under 0.2 s; what is quadratic takes half a minute.
    texts = [(piece * (100_000 // len(piece)))[:100_000] for piece in NASTY]

    slow: list[str] = await page_of_modules.evaluate(
        """async (texts) => {
          const { render } = await import("/static/markdown.js");
          const nobody = { user: () => null, role: () => null, channel: () => null };
          return texts.filter((text) => {
            const start = performance.now();
            render(text, nobody);
            return performance.now() - start > 4000;
          }).map((text) => text.slice(0, 12));
        }""",
        texts,
    )

    assert slow == []


async def test_every_beginning_of_an_answer_can_be_shown(page_of_modules: Page) -> None:
    answer = (
        "## Plan\n1. **Do** `x`:\n   ```py\n   a = 1\n   ```\n2. ~~no~~ ||yes||\n"
        "> [l](https://a.example) <@1> <t:1:R> \\*\n- _a_ __b__ ***c*** @here 👋"
    )

    for end in range(len(answer) + 1):
        await shown(page_of_modules, answer[:end])

    assert await page_of_modules.locator("#main").text_content() == (
        "PlanDo x:\na = 1Copyno yesl @Ada "
        + await page_of_modules.locator("time").inner_text()
        + " *a b c @here 👋"
    )
