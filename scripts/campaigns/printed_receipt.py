"""What `audience export` and `audience start` print about a contact list."""

from scripts.build_folder import shown
from scripts.campaigns.contact_list import ContactList


def print_receipt(contact_list: ContactList) -> None:
    """Print the counts, the reasons for leaving contacts out, and what to do next."""
    receipt = contact_list.receipt
    if not receipt["contacts"] + receipt["holdouts"]:
        print(f"No contact is left for {receipt['owner']}; nothing was written.")
        for export_id in receipt["earlier_exports"]:
            print(f"  An earlier export contains them: {export_id}")
    else:
        print(
            f"{'Wrote' if contact_list.folder else 'Would write'}"
            f" {_counted(receipt['contacts'], 'contact')}"
            f" of {_counted(receipt['customers'], 'customer')}"
            f" about {_counted(receipt['products'], 'product')} on {receipt['contact_on']},"
            f" {receipt['cost']:,.2f} in cost; {_counted(receipt['holdouts'], 'place')}"
            f" {'is' if receipt['holdouts'] == 1 else 'are'} held out."
        )
    if receipt["ids_like_formulas"]:
        print(
            f"  Note: {_counted(receipt['ids_like_formulas'], 'row')} with an id that"
            " begins with =, +, -, @, a tab or a carriage return: a spreadsheet would"
            " compute it."
            + (
                " In the CSV file a ' stands before it."
                if receipt.get("formulas") == "quote"
                else " Import the ids as text, or export with --formulas quote."
            )
        )
    for reason, count in receipt["left_out"].items():
        print(f"  {count:,} left out: {reason}")
    if contact_list.folder:
        print(
            f"List: {shown(contact_list.folder / receipt['file'])}\n"
            f"Receipt: {shown(contact_list.folder / 'receipt.json')}\n"
            "The next `audience build` counts them."
        )


def _counted(number: int, noun: str) -> str:
    """A number and its noun: 1 product, 2 products."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
