"""Talking to models: an OpenAI-compatible server in a process of its own, and its client.

Torch side: load, prompt, generation, generate (the engine), server, serve. Torch-free side, for the page: process
(starts, finds and stops the server) and client.
"""
