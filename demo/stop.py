"""`make stop`: ends what the demo and `make serve` started, and the embedded servers."""

from config import embedded
from demo import processes

if __name__ == "__main__":
    for name in processes.stop_all():
        print(f"stopped: {name}")
    embedded.stop()
    print("stopped: PostgreSQL and Valkey (data kept; `make clean` removes it)")
