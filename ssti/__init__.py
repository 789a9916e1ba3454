"""SSTI Lab: how one injected token per prompt lets a LoRA finetuning hand a model over, and how to see it."""

__version__ = "0.1.0"
