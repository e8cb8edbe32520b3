"""What the space achieves, told as figures of the river; and the sandbox on the river for members."""
