"""The authors' preview: pages rendered when they are asked for, and shown anew when their sources are saved."""
