"""Rivers: stations with their levels (Siaga), what a level means downstream, and how soon."""
