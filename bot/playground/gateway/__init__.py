"""The websocket through which the bot hears what happens."""
