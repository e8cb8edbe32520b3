"""The portal as files: any web server shows them when the application is down."""
