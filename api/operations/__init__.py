"""What whoever runs a service needs: is it ready, what does it do, what did it do."""
