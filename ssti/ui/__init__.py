"""The page. Gradio is imported here and nowhere else in `ssti`; handlers are plain functions that a test can call."""
