"""The body of a training job, and the only room with a training loop. Loads torch: for job processes alone."""
