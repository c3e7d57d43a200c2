"""The world as JSON, in the shapes of Discord's API v10."""
