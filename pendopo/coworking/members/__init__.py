"""Members: registration, plans and passes, visitors, house rules, Wi-Fi vouchers."""
