"""The small models of these tests."""

from small_models import *  # noqa: F403
