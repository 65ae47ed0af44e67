"""Looking into bags, and filling them."""


def bag_of(shop, member_id):
    """{variant: quantity} of a member's one bag."""
    return dict(
        shop.rows(
            "SELECT variant_id, quantity FROM cart_line JOIN cart ON cart.id = cart_id WHERE member_id = :id",
            id=member_id,
        )
    )


def all_lines(shop):
    return shop.rows("SELECT cart_id, variant_id, quantity FROM cart_line ORDER BY id")


def cart_of(shop, member_id):
    return shop.value("SELECT id FROM cart WHERE member_id = :id", id=member_id)


def put(client, variant_id, quantity=1):
    answer = client.post("/cart/lines", data={"variant": variant_id, "quantity": quantity})
    assert answer.status_code == 303, answer.text
