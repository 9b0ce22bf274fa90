"""The policy lab in the browser: every lever answers over the whole horizon, and worlds live side by side to be watched."""
