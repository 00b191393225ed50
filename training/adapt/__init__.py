"""The adapt task: continued pre-training of an encoder on notebooks."""
