"""What `audience deliver` prints: counts, and of a dry run the shape of a batch."""

import json

from scripts.build_folder import shown
from scripts.delivery.deliver import Delivery


def print_delivery(delivery: Delivery) -> None:
    """Print the receipt of a delivery."""
    amount = (
        f"{_counted(delivery.contacts, 'contact')} in"
        f" {_counted(delivery.batches, 'batch', 'batches')}"
    )
    to = f"{delivery.destination} ({delivery.place})"
    if delivery.sent_before == delivery.batches:
        print(f"{delivery.export_id} was delivered before, {amount} to {to}.")
        print("Nothing was sent.")
    elif delivery.is_dry_run:
        print(f"Would deliver {amount} to {to}. Nothing was sent.")
    else:
        print(f"Delivered {amount} to {to} in {delivery.seconds:.1f} seconds.")
    if 0 < delivery.sent_before < delivery.batches:
        were = "was" if delivery.sent_before == 1 else "were"
        print(f"  {delivery.sent_before:,} of these batches {were} delivered before.")
    for reason, count in sorted(delivery.left_out.items()):
        print(f"  {count:,} left out: {reason}")
    if delivery.example:
        print("A batch, without what names a customer or a product:")
        print(json.dumps(delivery.example, indent=2))
    if not delivery.is_dry_run:
        print(f"Progress: {shown(delivery.file)}")


def _counted(number: int, noun: str, nouns: str = "") -> str:
    """A number and its noun: 1 batch, 2 batches."""
    return f"{number:,} {noun if number == 1 else nouns or f'{noun}s'}"
