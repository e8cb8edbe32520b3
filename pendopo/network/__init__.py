"""Room `network`: the intra-government network: sites, devices, links, who hangs on what, capacity and availability."""
