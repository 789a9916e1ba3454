"""What runs in a Hugging Face Job of the backend `hf-jobs`."""
