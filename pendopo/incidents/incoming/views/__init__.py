"""Pages of intake, the field page of phones, and the door of message gateways."""
