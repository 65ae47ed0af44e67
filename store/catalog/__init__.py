"""What is for sale: products with options and variants, their pictures, and the collections they stand in."""
