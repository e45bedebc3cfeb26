"""What a model consists of: its layers with shapes, parameters, operations and memory."""
