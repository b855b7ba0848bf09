"""Reading plans: from a file to pages and passages with their place on the page."""
