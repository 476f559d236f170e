"""Pages for people: HTML by Jinja2, htmx and inline SVG. Everything they load comes from this service."""
