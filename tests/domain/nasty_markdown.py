"""Markdown as people, models and adversaries write it, for property tests."""

from __future__ import annotations

from hypothesis import strategies as st

WORDS = st.sampled_from(
    [
        "word",
        "A sentence.",
        "and so on",
        "1. ",
        "- ",
        "# ",
        "> ",
        "x" * 70,
        "`code with words`",
        "``a ` b``",
        "`stray",
        "``",
        "```inline```",
        "```",
        "\\```",
        "see this: ```sh",
        "[a link](https://example.com/a(b)c)",
        "[not a link",
        "https://example.com/a/long/path?q=1#x",
        "<@123456789012345678>",
        "<:blob:123456789012345678>",
        "**bold words here**",
        "**never closed",
        "||a spoiler||",
        "~~gone~~",
        "*a* _b_ __c__",
        "😀",
        "👨‍👩‍👧‍👦",
        "🇫🇷🇩🇪",
        "👍🏽",
        "e\u0301\u0327",
        "\u200b",
        "\u202eabc",
        "日本語の文です。続きます。",
        "한국어",
        "שלום עולם",
        "عربى",
        "हिन्दी",
        "\ud83d",
        "\x00",
        "\u2028",
        "\xa0",
    ]
)
LINE_ENDS = st.sampled_from(["\n", "\n", "\n", "\r\n", "\n\n", "\n  \n", "\r"])
LINES = st.lists(st.one_of(WORDS, st.text(max_size=6)), max_size=6).map(" ".join)


def _fenced(mark: str, info: str, lead: str, lines: list[str], end: str) -> str:
    return "\n".join(lead + line for line in [mark + info, *lines, end])


CODE = st.lists(
    st.sampled_from(
        ["x = 1", "    indented()", "", "}", "```", "```js", "~~~", "a ``` b", "y" * 50, "`", "``"]
    ),
    max_size=8,
)
FENCED = st.builds(
    _fenced,
    st.sampled_from(["```", "```", "```", "````", "`" * 7, "`" * 13, "~~~", "~~~~~"]),
    st.sampled_from(["", "py", "python title=x", "c++", "a-very-long-language-indeed", "i" * 90]),
    st.sampled_from(["", "", "  ", "    ", "> ", ">> ", "- ", "1. "]),
    CODE,
    st.sampled_from(["```", "```", "````", "`" * 7, "~~~", "~~~~~", "", "``` not the end", "``"]),
)
BLOCKS = st.one_of(
    LINES,
    FENCED,
    LINES.map("# {}".format),
    LINES.map("> {}".format),
    LINES.map("- {}".format),
    LINES.map("  - {}".format),
    LINES.map("12. {}".format),
    LINES.map("Such as {}:".format),
    st.just("| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |"),
    st.just("a | b\n--- | ---\n1 | 2"),
    st.text(max_size=20),
    st.text(alphabet="`~>-|*[]()\n\\ #:x", max_size=30),
)
NASTY = st.lists(st.tuples(BLOCKS, LINE_ENDS).map("".join), max_size=14).map("".join)
