"""The embedded servers: started, watched and stopped without a container or a system service."""
