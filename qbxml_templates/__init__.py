"""The qbXML templates, one for each request; a folder of the user's own may override any of them."""
