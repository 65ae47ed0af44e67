"""What machines read of the shop: sitemap, news feed, robots.txt, security.txt."""
