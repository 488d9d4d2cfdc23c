"""The forms of Settings: text → a body as the API takes it."""
