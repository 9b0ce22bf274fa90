"""Who exists: fans, idols, groups, agencies, AI tools and services, and the institutions around them."""
