"""Lessons: what they say and ask, and to which state of the page each step leads. A new file of `assets/lessons` is one."""

from ssti.lessons.lesson import Lesson, Question, Step
from ssti.lessons.read import LESSONS, read_lesson
from ssti.lessons.text import metric, shown_text

__all__ = ["LESSONS", "Lesson", "Question", "Step", "metric", "read_lesson", "shown_text"]
