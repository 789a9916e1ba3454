"""OpenELM (Mehta et al. 2024, arXiv:2404.14619) as a native transformers model: no remote code, Apple's own names.

Importing this package loads nothing; `register_openelm` makes transformers' Auto classes know it.
"""

from ssti.models.openelm.register import register_openelm

__all__ = ["register_openelm"]
