"""Where devices are on the web."""

from django.urls import path

from wharfinger.devices.pages import about, assets, devices, install, moving, subscriptions

app_name = "devices"
urlpatterns = [
    path("devices/", devices.device_list, name="devices"),
    path("devices/<int:pk>/", devices.device, name="device"),
    path("devices/<int:pk>/change/", devices.change_device, name="change_device"),
    path("devices/move/", moving.move, name="move"),
    path("devices/move/chosen/", moving.move_chosen, name="move_chosen"),
    path("devices/review/", devices.review, name="review"),
    path("devices/<int:pk>/users/", devices.name_user, name="name_user"),
    path("devices/<int:pk>/relate/", devices.relate_device, name="relate_device"),
    path("devices/<int:pk>/unrelate/", devices.unrelate_device, name="unrelate_device"),
    path("organizations/<int:pk>/brought/", install.brought, name="brought"),
    path("devices/install/<int:sheet>/", install.install_goods, name="install"),
    path("work-orders/<int:pk>/devices/name/", about.name, name="name_device"),
    path("work-orders/<int:pk>/devices/leave-out/", about.leave_out, name="leave_out_device"),
    path("subscriptions/", subscriptions.subscription_list, name="subscriptions"),
    path("subscriptions/new/", subscriptions.new_subscription, name="new_subscription"),
    path("subscriptions/<int:pk>/", subscriptions.subscription, name="subscription"),
    path("subscriptions/<int:subscription>/use/", subscriptions.use_device, name="use_device"),
    path("subscriptions/<int:subscription>/end/", subscriptions.end_subscription, name="end_subscription"),
    path("organizations/<int:pk>/assets/", assets.organization_assets, name="assets"),
    path("assets/take-back/", assets.take_back, name="take_back"),
    path("assets/ask-back/", assets.ask_back, name="ask_back"),
    path("assets/swap/", assets.swap_selected, name="swap_selected"),
    path("assets/move/", assets.move_selected, name="move_selected"),
]
