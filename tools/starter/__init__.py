"""Recipe of the starter model that ships in assets/starter: corpus -> tokenizer -> pretraining -> card.

Run `python -m tools.starter --corpus DIR`; see README.md beside this file.
"""
