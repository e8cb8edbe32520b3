"""When agencies, sites, links and devices were reached within working hours, what is left out of that, and who disputes what."""
