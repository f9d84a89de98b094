"""HTTP beside the page: events, downloads, the OpenAI-compatible door, health; and the guard in front of all."""
