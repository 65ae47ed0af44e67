"""Products in and out as Shopify's product CSV: `flask catalog import-csv` and `export-csv` (docs/catalogue-csv.md)."""
