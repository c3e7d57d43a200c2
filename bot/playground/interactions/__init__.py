"""Commands, buttons, menus and forms: beginning them and letting the bot answer."""
