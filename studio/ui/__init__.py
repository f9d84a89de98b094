"""The page. Only this room imports Gradio; app.py reads like the screen."""
