"""What is drawn by our own scripts in the browser: the comparison viewer and the overview map."""
