"""The policy lab in the browser: every lever answers over the whole horizon, and two worlds live side by side."""
