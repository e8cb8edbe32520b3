"""Room `reports`: what citizens report, who answers, and how long it may take."""
