"""What each verb answers, as the plain JSON that `--json` prints: the shell and the API say the same from here.

Each takes what was already found and admitted, and knows neither the shell nor the page.
"""
