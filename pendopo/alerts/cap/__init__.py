"""The Common Alerting Protocol 1.2 (OASIS): warnings as other systems write and read them."""
