"""The process in which the local model runs: `python server_process.py MODEL_FILE`.

It reads a key from its first line of input, prints the address at which it answers whoever
has the key, and ends with its input, and so with the process that started it.

It is a process of its own because xllamacpp holds the interpreter's lock while it loads,
and for half a minute when it is closed in the middle of an answer; and because a processor
that lacks what it was compiled for kills it.
"""

from __future__ import annotations

import os
import sys

import xllamacpp

WINDOW = 2048  # tokens, prompt and answer together: what the model was trained for
LONGEST_ANSWER = 300  # tokens; it has no end of its own when it rambles
PROMPT_CACHE = 256  # MiB; holds some five conversations, and begins with 8 GiB if unasked

# Of what the bot sends, the model is shown what helps it: the persona's manner without the
# rules about labels, and messages without their labels, both of which it imitates. What is
# added makes it speak English, the one language it has, and facts rather than poetry.
TEMPLATE = r"""
{%- for message in messages -%}
<|im_start|>{{ message.role }}
{% if message.role == 'system' -%}
{{ message.content.rsplit('\n\n', 1)[0] }}

You are a helpful AI assistant named Parley, and you know the facts. \
The user speaks English. Answer in English.
{%- elif message.content.startswith('[') and 'Z]\n' in message.content -%}
{{ message.content.split('Z]\n', 1)[1] }}
{%- else -%}
{{ message.content }}
{%- endif -%}
<|im_end|>
{% endfor -%}
{%- if add_generation_prompt -%}
<|im_start|>assistant
{% endif -%}""".replace("\\\n", "")


def main() -> None:
    """Serve until the input ends."""
    key = sys.stdin.readline().strip()
    server = xllamacpp.Server(parameters(sys.argv[1], key))
    print(server.listening_address, flush=True)  # noqa: T201  # what the parent waits for
    sys.stdin.read()
    os._exit(0)  # not through the server's closing, which waits for answers in flight


def parameters(model_file: str, key: str) -> xllamacpp.CommonParams:
    """Return how the server is to be: small, quiet, and for this machine alone."""
    given = xllamacpp.CommonParams()
    given.model.path = model_file
    given.hostnames = ["127.0.0.1"]
    given.port = 0
    given.api_keys = [key]
    given.ui = False
    given.endpoint_slots = False
    given.verbosity = 0
    given.n_ctx = WINDOW
    given.n_predict = LONGEST_ANSWER
    given.n_parallel = 1
    given.cache_ram_mib = PROMPT_CACHE
    # Two threads on two cores are slower when anything else runs.
    given.cpuparams.n_threads = 1
    given.cpuparams_batch.n_threads = 1
    given.chat_template = TEMPLATE
    # Nearly always the likeliest word: it knows little, and what it knows sits on top.
    given.sampling.temp = 0.1
    given.sampling.min_p = 0.1
    given.sampling.penalty_repeat = 1.05
    return given


if __name__ == "__main__":
    main()
