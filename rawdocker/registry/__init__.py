"""What is known of registries without asking one: how images are named.

    reference.py    docker's grammar of image names, their full and their familiar form
    platform.py     os/arch/variant, as --platform takes it
    credentials.py  which of config.json's credentials belong to a registry
"""
