"""Finetune Studio: fine-tuning for people who know their domain and do not program."""

__version__ = "0.1.0"
