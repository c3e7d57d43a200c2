"""What the bot does: hear, answer, publish. Nothing in here knows Discord, OpenAI or SQL."""
